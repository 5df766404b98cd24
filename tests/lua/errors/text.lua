text{}
text{ "" }
text{ " \n " }
text{ "a\xffb" }
text{ 42 }
text{ "x", size = 0 }
text{ "x", align = "middle" }
text{ "x", tracking = 1 }
text{ "x", font = "../a.ttf" }
text{ "x", font = "no.ttf" }
text{ "字 and 本\u{1F600}" }
text{ "x", "y" }
text{ ("wide"):rep(9000) }
text{ "x", spacing = -20 }
text{ "x", line = 0, bold = true }
text "short"
local t = text{ "x", material = emit{ radiance = 2 } }
text = 3
