// Inspections on the phone: where the parts of the page come together.

document.getElementById("unscripted").hidden = true;
