sphere{ radius => 2 }
