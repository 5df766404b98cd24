local function f(x) {
  return x
}
