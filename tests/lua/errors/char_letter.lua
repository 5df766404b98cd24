local sphère = sphere{}
