sphere{
    center={0,1,0}
    radius = 1,
}
