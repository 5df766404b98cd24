/* a ball */
sphere{}
