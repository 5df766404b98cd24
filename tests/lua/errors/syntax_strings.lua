local x = "a" "b"
