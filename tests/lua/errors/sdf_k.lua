smooth_union{ sphere{}, box{}, k = -0.1 }
