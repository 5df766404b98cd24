camera{}
