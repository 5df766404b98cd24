sphere{}:displace(0.1)
