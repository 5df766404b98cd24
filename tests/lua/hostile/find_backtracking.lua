-- error: the script ran longer than
("a"):rep(200):find(("a-"):rep(40) .. "b")
