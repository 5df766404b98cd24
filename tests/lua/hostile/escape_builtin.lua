-- error: 'sin' is built in and cannot be overwritten
sin = cos
