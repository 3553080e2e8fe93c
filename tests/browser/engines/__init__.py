"""The road in the engines that Playwright cannot drive as Debian packages them: WebKit and Firefox."""
