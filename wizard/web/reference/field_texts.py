"""The docstrings of the API again: message extraction does not read docstrings, and the page translates them."""

from wizard.web.api.vocabulary import marked

DOCSTRINGS = (
    marked("A client company of the firm."),
    marked("A company to add to the firm."),
    marked(
        "A request repeated with the same Idempotency-Key returns another new link, and mails nothing."
    ),
    marked("A company’s connection to its accounting program, and its status."),
    marked(
        "A file attached to a voucher. The response with the file’s content tells its media type."
    ),
    marked("A fiscal year of a connected company."),
    marked("A page of the list of companies."),
    marked("A page of the list of connections."),
    marked("A row of a voucher: either debit or credit is zero."),
    marked("A test message, which an administrator sends by hand."),
    marked("A voucher in the company’s books."),
    marked("A webhook about an event of a connection."),
    marked("A webhook about an event of an invitation."),
    marked("Add a company to the firm."),
    marked("All files of a voucher, including those of the invoice or receipt behind it."),
    marked("All fiscal years of a company, newest first."),
    marked("An address that signs one member in, once."),
    marked("An error response (RFC 9457)."),
    marked("An invalid field or parameter of the request."),
    marked("An invitation and a new link to it. The link is returned in this response only."),
    marked("An invitation for the approver of one company; it is valid for fourteen days."),
    marked("An invitation to connect a company; it is mailed if an address is given."),
    marked(
        "Answers within ten seconds. If the accounting program does not answer, the response is still 200 and the connection’s status tells."
    ),
    marked("Check a connection now by reading from the accounting program."),
    marked("Create an address that signs a member in, once, within 60 seconds."),
    marked(
        "Create another link to an open invitation; if an address is given, a separate link is mailed."
    ),
    marked("Disconnect: here immediately, and at the accounting program as soon as it answers."),
    marked(
        "Download a file of at most 20 MB. It is streamed from the accounting program and never stored here."
    ),
    marked(
        "Download the documents of several vouchers as one ZIP file, which is made while it is sent."
    ),
    marked(
        "It also holds the manifest underlag.json, the same as a table in underlag.csv, and saknas.txt with the"
        " vouchers to ask for again, if any. What is missing is listed with why. Nothing is created, so there is no"
        " Idempotency-Key. Each document is recorded in the company’s history."
    ),
    marked("The vouchers whose documents are wanted."),
    marked(
        "Find the vouchers of a fiscal year by number and series, or by the number before an import,"
        " or list all of them page by page."
    ),
    marked(
        "If an address is given, the invitation is also mailed, with a separate link. A request repeated with the same Idempotency-Key returns the same invitation with another new link, and mails nothing."
    ),
    marked(
        "Invite a company’s approver: returns the open invitation or a new one, always with a new link."
    ),
    marked("List the company’s fiscal years, newest first."),
    marked("List the files of a voucher: its own, and those of the invoice or receipt behind it."),
    marked("List the firm’s companies, oldest first."),
    marked("List the firm’s connections, oldest first, including disconnected ones."),
    marked("Read one company."),
    marked("Read one connection as we last saw it; the accounting program is not called."),
    marked("Read one invitation, without its links."),
    marked("Read one voucher with its rows."),
    marked(
        "Redirect the member’s browser to it at once. The member confirms with a button and comes to the company’s page. The member must be active and belong to the key’s firm; otherwise the response is 404."
    ),
    marked("The company this belongs to."),
    marked("The connection that a webhook is about, and its status."),
    marked("The id and status of a company’s connection."),
    marked("The id and status of a company’s newest invitation."),
    marked("The invitation that a webhook is about, and its status."),
    marked(
        "The media type is determined from the content. Each download is recorded in the company’s history. A byte range is returned if the accounting program supports ranges, otherwise the whole file."
    ),
    marked("The member to sign in, and the company to open."),
    marked("The operation is idempotent."),
    marked("The vouchers that match a number, or a page of all vouchers of the year."),
    marked("Withdraw an invitation and end all its links. The operation is idempotent."),
    marked("A list of companies that was handed in, and how far it has come."),
    marked("A list of companies to add to the firm, and to invite if so wished."),
    marked("A page of the lines of an import."),
    marked(
        "Hand in a list of companies: the good lines are added in the background, and invited if so wished."
    ),
    marked("Lines that are not right are left out; read the lines to see what becomes of each."),
    marked("List what becomes of each line of an import."),
    marked("Read how far an import has come."),
    marked("What becomes of one line of an import."),
)
