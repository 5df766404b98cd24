local g = proto(group{ sphere{} })
