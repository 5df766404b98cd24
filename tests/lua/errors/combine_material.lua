local a = sphere{} & matte{}
