-- error: '_G' is not defined
_G.print = nil
