-- error: the script ran longer than
("a"):rep(1e6):find("a-b")
