sphere{}:round(0.1):with{ bounds = 2 }
