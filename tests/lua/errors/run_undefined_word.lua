cube{}
