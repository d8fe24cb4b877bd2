package incentive

// componentTypes are all types of components, in the order in which schemas and
// messages list them and in which their steps run. To add one, write its file,
// its schema in schema/ and its cases in testdata/, and name it here.
var componentTypes = []componentType{
	commissionType,
	retentionType,
	satisfactionType,
	growthType,
	handoverType,
	bountyType,
	recognitionType,
	mdfType,
	guaranteeType,
	capType,
	reserveType,
	clawbackType,
}
