/* Arrow keys step; the document shown is marked. */
(() => {
  'use strict';
  const doc = document, papers = doc.querySelectorAll('a.paper');
  const plain = e => !(e.altKey || e.ctrlKey || e.metaKey || e.shiftKey);
  papers.forEach(paper => paper.addEventListener('click', e => {
    if (!plain(e)) return;
    papers.forEach(one => one.ariaCurrent = one == paper || null);
    const viewer = doc.querySelector('.viewer');
    viewer.classList.add('open');
    e.preventDefault();
    frames[0].location.replace(paper.href); // Back leaves the voucher
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
  if (sessionStorage.step && papers[0]) papers[0].focus();
  delete sessionStorage.step;
})();
