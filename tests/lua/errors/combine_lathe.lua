local cup = lathe{ profile = {{0.2, 0}, {0.3, 1}} } - box{}
