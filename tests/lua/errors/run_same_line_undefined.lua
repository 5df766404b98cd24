sphere{ color = color } sphere{ roughness = roughness }
