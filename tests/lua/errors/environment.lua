sphere{}
environment{}
environment "missing.hdr"
environment{ "missing.hdr", strength = -1, rotate = 90 }
environment{ "../up.hdr" }
hdri "studio.hdr"
