local c = "#ff0000" * 2
