-- error: pattern too complex
("a"):rep(1000):match(("(a"):rep(1) .. ("a?"):rep(1000) .. ")")
