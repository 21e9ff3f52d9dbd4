// Niceties; every page works without them: "/" goes to the search box, a choice of branch needs no button.
"use strict";
document.addEventListener("keydown", function (event) {
    var box = document.getElementById("q");
    var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && box && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        box.focus();
        box.select();
    }
});
var branch = document.getElementById("at");
if (branch) {
    branch.addEventListener("change", function () {
        branch.form.submit();
    });
}
