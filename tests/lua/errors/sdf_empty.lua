smooth_difference{ k = 0.1 }
