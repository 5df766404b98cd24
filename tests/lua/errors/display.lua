camera{ white_balance = 300 }
camera{ white_balance = 900000, wb = 3200 }
render{ tonemap = "false color" }
sphere{}
