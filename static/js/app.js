/* All works without this file; it only saves presses. */
(() => {
  'use strict';
  var doc = document, all = (selector, act) => doc.querySelectorAll(selector).forEach(act);

  doc.documentElement.classList.add('js');
  // For browsers without autofocus on any element.
  setTimeout(() => all('.errors', summary => { if (doc.activeElement == doc.body) summary.focus(); }), 100);
  all('[data-print]', button => button.onclick = () => print());
  all('[data-select]', field => field.onfocus = () => field.select());

  // Copy what stands in a field, and say so.
  all('[data-copy], [data-copy-text]', button => {
    var field = doc.querySelector(button.dataset.copy || 'body'), text = button.dataset.copyText;
    function say() {
      var place = button.parentNode.querySelector('[role=status]');
      place.textContent = '';
      setTimeout(() => place.textContent = button.dataset.done, 50);
    }
    function byHand() { if (text) return location.assign(text); field.focus(); field.select(); if (doc.execCommand('copy')) say(); }
    button.onclick = function () {
      if (navigator.clipboard) navigator.clipboard.writeText(text || field.value).then(say, byHand);
      else byHand();
    };
  });

  // A hint when a step takes long, counted from when it is seen.
  function wait(hint) {
    if (hint.dataset.waiting || hint.closest('[hidden]')) return;
    hint.dataset.waiting = '1';
    setTimeout(() => hint.classList.add('due'), hint.dataset.after * 1000);
  }
  all('[data-after]', wait);
  all('[data-reveal]', link => {
    link.addEventListener('click', () => {
      doc.querySelector(link.dataset.reveal).hidden = false;
      all('[data-after]', wait);
    });
  });

  // Follow what happens in the other window: every 3 s, while visible, an hour at most.
  all('[data-follow]', place => {
    var end = Date.now() + 36e5, busy, leaving;
    function look() {
      if (busy || leaving || doc.hidden || Date.now() > end) return;
      busy = 1;
      fetch(place.dataset.follow, { cache: 'no-store' })
        .then(answer => {
          if ([403, 404].includes(answer.status)) end = 0;
          return answer.ok && answer.json();
        })
        .then(news => {
          busy = 0;
          if (leaving || !news?.next || news.at == place.dataset.at) return;
          // Whoever writes an address is not interrupted.
          if ([...place.querySelectorAll('[type=email]')].some(field => field == doc.activeElement || field.value != field.defaultValue)) return;
          var next = new URL(news.next, location.href);
          if (next.origin == location.origin) { end = 0; location.assign(next); }
        })
        .catch(() => busy = 0);
    }
    setInterval(look, 3000);
    // Nor whoever leaves for a slow page.
    doc.addEventListener('click', press => leaving = press.target.closest('a[href^="/"]:not([target]), button:not([type])'));
    doc.addEventListener('visibilitychange', () => { leaving = 0; look(); });
  });
})();
