matte{ color = "tomatoe" }
matte{ color = "#12" }
matte "#ff880"
sphere{ material = "golld" }
sphere{ material = "qwertzuiop" }
metal "cooper"
render{ filter = "gausian" }
render{ tonemap = "filmic" }
light{ color = "warmwhite" }
