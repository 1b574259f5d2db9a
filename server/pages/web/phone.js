/* The citizen's page, kept fresh. Written for old phones: no modules, nothing newer than 2012.

   The page comes ready from the server. This script only shows the proof that stands behind # in the slip's link (it is
   never part of an address that is sent), takes over the page's forms, and asks every few seconds whether something
   changed; then it fetches the page anew. Without it the forms do the same. */
(function () {
  "use strict";
  if (!window.XMLHttpRequest || !window.DOMParser || !document.querySelector) return;

  var proof = decodeURIComponent(location.hash.slice(1));
  var OLD_AFTER_S = 25;
  var GIVE_UP_MS = 15000;
  var heard = 0; // when the server last answered
  var pressed = null; // the key that sends a form
  var busy = false;
  var looking = false; // busy with the page's own look, for which no press is lost
  var waiting = null; // what was pressed meanwhile

  function main() { return document.querySelector("main"); }
  function view() { return main().getAttribute("data-view"); }
  function code() {
    var field = document.querySelector('input[type="hidden"][name="code"]');
    return field ? field.value : "";
  }

  function ask(address, type, body, headers, then) {
    var request = new XMLHttpRequest();
    request.open("POST", address);
    request.timeout = GIVE_UP_MS;
    request.setRequestHeader("Content-Type", type);
    for (var name in headers) if (headers[name]) request.setRequestHeader(name, headers[name]);
    request.onreadystatechange = function () {
      if (request.readyState === 4) then(request.status, request.responseText);
    };
    request.send(body);
  }

  function paint(text) {
    var made = new DOMParser().parseFromString(text, "text/html");
    var fresh = made && made.querySelector("main");
    if (!fresh) return;
    document.title = made.title;
    document.documentElement.lang = made.documentElement.lang;
    document.documentElement.className = made.documentElement.className;
    main().parentNode.replaceChild(document.importNode(fresh, true), main());
    heard = Date.now();
    age();
  }

  function send(fields, own) {
    if (busy) {
      if (looking && !own) waiting = fields;
      return;
    }
    busy = true;
    looking = own;
    if (proof) fields.push("proof=" + encodeURIComponent(proof));
    ask(location.pathname, "application/x-www-form-urlencoded", fields.join("&"), {}, function (status, text) {
      var next = waiting;
      busy = false;
      waiting = null;
      if (status) paint(text);
      if (next) send(next, false);
    });
  }

  function fieldsOf(form) {
    var found = [];
    for (var i = 0; i < form.elements.length; i += 1) {
      var field = form.elements[i];
      var skipped = field.type === "checkbox" ? !field.checked : field.tagName === "BUTTON" && field !== pressed;
      if (field.name && !skipped) found.push(encodeURIComponent(field.name) + "=" + encodeURIComponent(field.value));
    }
    return found;
  }

  function show() {
    pressed = null;
    send(fieldsOf(document.querySelector(".ph-ways")), true);
  }

  function age() {
    var head = document.querySelector(".ph-fresh span");
    if (!head || !heard) return;
    var seconds = Math.round((Date.now() - heard) / 1000);
    var old = seconds > OLD_AFTER_S;
    var said = main().getAttribute(old ? "data-old" : seconds < 2 ? "data-now" : "data-fresh");
    head.textContent = said.replace("{n}", seconds);
    main().className = old ? "ph ph-old" : "ph";
  }

  function look() {
    var ticket = main().getAttribute("data-ticket");
    var shown = proof || code();
    if (!ticket || !shown || busy || document.hidden) return;
    var watched = view();
    if (watched !== "waiting" && watched !== "now" && watched !== "state") return;
    var address = location.pathname.replace(/\/ticket\/\d+$/, "/citizen/status");
    var headers = { "X-Ticket-Proof": shown };
    ask(address, "application/json", JSON.stringify({ ticket: Number(ticket) }), headers, function (status, text) {
      if (status !== 200) return;
      heard = Date.now();
      age();
      if (JSON.parse(text).stamp !== main().getAttribute("data-stamp") && view() === watched) show();
    });
  }

  document.addEventListener("click", function (event) {
    var at = event.target;
    while (at && at.tagName !== "BUTTON") at = at.parentNode;
    pressed = at;
  });
  document.addEventListener("submit", function (event) {
    event.preventDefault();
    send(fieldsOf(event.target), false);
    pressed = null;
  });
  document.addEventListener("visibilitychange", look);
  window.addEventListener("hashchange", function () { location.reload(); });

  if (proof) show();
  else heard = document.querySelector("[data-ticket]") ? Date.now() : 0;
  setInterval(age, 1000);
  var beats = 0;
  setInterval(function () {
    beats += 1;
    // Every five seconds when it may be soon, else every ten.
    var soon = view() !== "waiting" || Number((document.querySelector(".ph-two .num") || {}).textContent) <= 3;
    if (soon || beats % 2 === 0) look();
  }, 5000);
})();
