proto(sphere{}) light{}
