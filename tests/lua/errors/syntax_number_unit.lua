sphere{ turn = 90deg }
