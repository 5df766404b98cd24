local r = 1 ; local s = r ; sphere{ radius = r r = 2 }
