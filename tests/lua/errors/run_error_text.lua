error("no balls left")
