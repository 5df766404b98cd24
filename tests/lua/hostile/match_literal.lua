-- error: the script ran longer than
("a"):rep(1e6):match(("a"):rep(5e5) .. "[b]")
