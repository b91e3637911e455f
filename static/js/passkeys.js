// Passkeys: a button with data-passkey="create" or "get" asks the browser and sends its form. Without
// this script the button stays hidden, and the other ways of signing in are there.
const named = !/^[\d.]+$|^\[/.test(location.hostname); // passkeys belong to names, not to numbers
for (const button of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential || !named) continue;
  const form = button.form, way = button.dataset.passkey;
  document.getElementById("passkey-words")?.remove();
  button.hidden = false;
  button.addEventListener("click", async event => {
    event.preventDefault();
    const said = document.getElementById("passkey-said");
    said.textContent = "";
    try {
      const options = JSON.parse(button.dataset.options || "null") || await ask(form.action);
      if (way === "create") alone(options.publicKey.authenticatorSelection, form.elements.passwordless);
      form.elements.credential.value = JSON.stringify(await webauthnJSON[way](options));
      form.submit();
    } catch {
      said.textContent = button.dataset.sorry;
    }
  });
}

async function ask(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).request_options;
}

function alone(selection, box) {
  selection.requireResidentKey = box.checked;
  selection.residentKey = box.checked ? "required" : "discouraged";
  if (box.checked) selection.userVerification = "required";
}
