/* Arrow keys step; the document shown is marked. */
(() => {
  'use strict';
  const doc = document, items = doc.querySelectorAll('a.document');
  const plain = e => !(e.altKey || e.ctrlKey || e.metaKey || e.shiftKey);
  items.forEach(item => item.addEventListener('click', e => {
    if (!plain(e)) return;
    items.forEach(one => one.ariaCurrent = one == item || null);
    const viewer = doc.querySelector('.viewer');
    viewer.classList.add('open');
    e.preventDefault();
    frames[0].location.replace(item.href); // Back leaves the voucher
    if (viewer.getBoundingClientRect().top > innerHeight * .8) viewer.scrollIntoView();
  }));
  addEventListener('keydown', e => {
    const way = { ArrowLeft: 'prev', ArrowRight: 'next' }[e.key];
    const link = way && doc.querySelector(`a[rel=${way}]`);
    if (!link || !plain(e) || e.target.matches('input,select,textarea,[tabindex="0"]')) return;
    e.preventDefault();
    sessionStorage.step = 1;
    location = link.href;
  });
  // Who came by keys goes on by them.
  if (sessionStorage.step && items[0]) items[0].focus();
  delete sessionStorage.step;
})();
