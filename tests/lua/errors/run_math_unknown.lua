local x = math.quaternion(2.5)
