#!/usr/bin/env python3
"""origin_reference.py SIZE > tests/render/origin.ppm - an independent ray tracer for scenes/origin.lua alone, in double precision.

It shares no code, no data structure and no method with the engine: recursion, closed forms, no library. One ray through the middle of each
pixel; linear values are clamped, raised to 1/2.2 and truncated to 8 bits.  test_origin.sh compares the engine's picture with the result.
"""
import math
import sys

DEPTH = 20
EPSILON = 1e-9


def add(a, b): return (a[0] + b[0], a[1] + b[1], a[2] + b[2])
def sub(a, b): return (a[0] - b[0], a[1] - b[1], a[2] - b[2])
def mul(a, k): return (a[0] * k, a[1] * k, a[2] * k)
def tint(a, b): return (a[0] * b[0], a[1] * b[1], a[2] * b[2])
def dot(a, b): return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
def unit(a): return mul(a, 1 / math.sqrt(dot(a, a)))


class Sphere:
    def __init__(self, centre, radius, **surface):
        self.centre, self.radius = centre, radius
        self.__dict__.update(surface)

    def hit(self, o, d):
        oc = sub(o, self.centre)
        b, c = dot(oc, d), dot(oc, oc) - self.radius ** 2
        root = b * b - c
        if root < 0:
            return math.inf
        root = math.sqrt(root)
        return next((t for t in (-b - root, -b + root) if t > EPSILON), math.inf)

    def normal(self, p): return mul(sub(p, self.centre), 1 / self.radius)


class Plane:
    def __init__(self, point, normal, **surface):
        self.point, self.n = point, normal
        self.__dict__.update(surface)

    def hit(self, o, d):
        slope = dot(self.n, d)
        t = dot(sub(self.point, o), self.n) / slope if abs(slope) > 1e-12 else math.inf
        return t if t > EPSILON else math.inf

    def normal(self, _): return self.n


GREEN_BALL = Sphere((0, 0, -5), 1, colour=mul((.2, 1, .2), .18), mirror=.7)
GLASS_BALL = Sphere((2, 1, -4), 1.5, ior=1.5)
FLOOR = Plane((0, -2, 0), (0, 1, 0), colour=(.18, .18, .18), mirror=.5)
THINGS = [GREEN_BALL, Sphere((-3, 1, -6), 2, colour=(.58, .58, .58), mirror=0), GLASS_BALL, FLOOR,
          Plane((0, 0, -20), (0, 0, 1), colour=mul((.2, .3, 1), .38), mirror=0)]
LIGHTS = [((-2, 10, -3), (.3, .8, .3), 10000), ((.25, 0, -2), (.8, .3, .3), 250)]


def nearest(o, d):
    best, thing = math.inf, None
    for candidate in THINGS:
        t = candidate.hit(o, d)
        if t < best:
            best, thing = t, candidate
    return best, thing


def diffuse(p, n, colour):
    """Radiance of a Lambertian surface under the points that see it, each channel at most 1."""
    total = (0, 0, 0)
    for at, light, power in LIGHTS:
        to = sub(at, p)
        distance2 = dot(to, to)
        d = unit(to)
        cosine = dot(n, d)
        if cosine <= 0 or nearest(add(p, mul(n, 1e-7)), d)[0] ** 2 < distance2:
            continue
        total = add(total, mul(light, power / (4 * math.pi) / distance2 * cosine / math.pi))
    return tuple(min(1, c) for c in tint(total, colour))


def reflect(d, n): return sub(d, mul(n, 2 * dot(d, n)))


def fresnel(cosine, ratio):
    """Unpolarised reflectance and the cosine behind the interface; ratio is n1 / n2."""
    sine2 = ratio * ratio * (1 - cosine * cosine)
    if sine2 >= 1:
        return 1, 0
    behind = math.sqrt(1 - sine2)
    parallel = (cosine - ratio * behind) / (cosine + ratio * behind)
    across = (ratio * cosine - behind) / (ratio * cosine + behind)
    return (parallel ** 2 + across ** 2) / 2, behind


def trace(o, d, depth=0, weight=1.0):
    if depth > DEPTH or weight < 1e-4:
        return (0, 0, 0)
    t, thing = nearest(o, d)
    if thing is None:
        return (0, 0, 0)
    p = add(o, mul(d, t))
    n = thing.normal(p)
    ior = getattr(thing, 'ior', None)
    if ior is None:
        if dot(n, d) > 0:
            n = mul(n, -1)
        if depth == DEPTH:
            return (0, 0, 0)
        share = thing.mirror
        colour = mul(diffuse(p, n, thing.colour), 1 - share)
        if share:
            colour = add(colour, mul(trace(add(p, mul(n, 1e-7)), unit(reflect(d, n)), depth + 1, weight * share), share))
        return colour
    ratio = 1 / ior
    if dot(n, d) > 0:
        n, ratio = mul(n, -1), ior
    cosine = -dot(n, d)
    f, behind = fresnel(cosine, ratio)
    colour = mul(trace(add(p, mul(n, 1e-7)), unit(reflect(d, n)), depth + 1, weight * f), f)
    if f < 1:
        through = unit(add(mul(d, ratio), mul(n, ratio * cosine - behind)))
        colour = add(colour, mul(trace(sub(p, mul(n, 1e-7)), through, depth + 1, weight * (1 - f)), 1 - f))
    return colour


def primary(x, y, size):
    return unit(((x + .5) / size * 2 - 1, 1 - (y + .5) / size * 2, -1))


def encode(colour):
    return bytes(int(min(1, max(0, c)) ** (1 / 2.2) * 255) for c in colour)


if __name__ == '__main__':
    size = int(sys.argv[1])
    sys.stdout.buffer.write(b'P6\n%d %d\n255\n' % (size, size))
    for y in range(size):
        for x in range(size):
            sys.stdout.buffer.write(encode(trace((0, 0, 0), primary(x, y, size))))
