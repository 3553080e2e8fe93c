/* A passkey is made or shown; the form carries the answer. */
(() => {
  'use strict';
  const form = document.querySelector('form[data-passkey]'), Key = window.PublicKeyCredential;
  if (!form || !Key?.parseRequestOptionsFromJSON) return;
  const asked = JSON.parse(form.dataset.passkey);
  form.hidden = false;
  form.addEventListener('submit', async e => {
    e.preventDefault();
    e.stopImmediatePropagation(); // nothing is sent yet
    if (!form.checkValidity()) return form.submit(); // our page says what is missing
    try {
      const got = asked.user
        ? await navigator.credentials.create({ publicKey: Key.parseCreationOptionsFromJSON(asked) })
        : await navigator.credentials.get({ publicKey: Key.parseRequestOptionsFromJSON(asked) });
      form.elements.passkey.value = JSON.stringify(got.toJSON());
      form.submit();
    } catch {
      form.querySelector('[role=status]').textContent = form.dataset.failed;
    }
  }, true);
})();
