local x = ("abc"):uper()
