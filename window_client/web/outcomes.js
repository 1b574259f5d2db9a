// What came of a visit (办理结果), in the order of the keys 1 to 7.

export const OUTCOMES = ["finished", "accepted", "supplement", "returned", "refused", "consulted", "referred"];
