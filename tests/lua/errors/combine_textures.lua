local a = checker{} | checker{}
