box{ turn = 45° }
