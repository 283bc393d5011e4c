// The token of a mail's link stands behind the #, which no server sees. It goes into the form when a person presses
// the button, never by itself: mail scanners open links too.
const form = document.querySelector("[data-proof]");

function take() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!form || !token) return;
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = token;
  form.querySelector("[data-code]").hidden = true;
  document.querySelector("[data-waiting]").hidden = true;
  document.querySelector(".error-summary")?.remove();
  form.querySelector("button").focus();
}

take();
// The link may be opened in the very tab that waits for the code: then only the fragment changes.
addEventListener("hashchange", take);
