local count = 0 count++
