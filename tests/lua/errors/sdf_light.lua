light{}:round(0.1)
