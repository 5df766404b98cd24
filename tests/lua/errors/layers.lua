sphere{ material = coat{ roughness = .1 } }
sphere{ material = mix(sheen{}, "gold", .5) }
sphere{ material = coat("gold", { thickness = 2 }) }
sphere{ material = coat("gold", .5) }
sphere{ material = coat("goldd") }
sphere{ material = coat("gold", { ior = 4, film = -1, clearcoat = 1 }) }
sphere{ material = layered{} }
sphere{ material = layered{ "gold", "silver" } }
sphere{ material = layered{ coat("gold"), "silver" } }
sphere{ material = layered{ coat{}, sheen{}, "silvr" } }
sphere{ material = layered{ coat{}, sheen{} } }
sphere{ material = layered{ layers = coat{} } }
sphere{ material = sheen(coat{}) }
sphere{ material = coat(metal{ roughness = .2 }, { roughness = 9 }) }
