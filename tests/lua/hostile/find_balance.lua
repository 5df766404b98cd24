-- error: the script ran longer than
("("):rep(1e6):find("%b()")
