"""What stands in docstrings of the API, again: there extraction does not look, and the page translates it."""

from wizard.web.api.words import marked

DOCSTRINGS = (
    marked("A client company of the firm."),
    marked("What has happened to a connection."),
    marked("What has happened to an invitation."),
    marked("What the button that sends a test sends."),
    marked("Which connection, and how it is."),
    marked("Which invitation, and how it is."),
    marked("A company to add."),
    marked("A company's connection."),
    marked("A company's living grant, and how it is."),
    marked("A company's newest invitation."),
    marked("A file behind a voucher; its kind is known when it is opened."),
    marked("A fiscal year of a connected company."),
    marked("A page of companies."),
    marked("A page of connections."),
    marked("A row of a voucher; the amount that is not used is zero."),
    marked("A voucher of the company's books."),
    marked("Add a company to the firm."),
    marked("An error, as RFC 9457 has it."),
    marked("An invitation and a link to it, which stands in this answer and nowhere else."),
    marked("An invitation to connect; mailed as well if an address is given."),
    marked("Ask for an address that signs a member in, once, within 60 seconds."),
    marked("End a connection, here at once and at the accounting program as soon as it answers."),
    marked("Find vouchers of a year by number and series, or go through all of them page by page."),
    marked(
        "Invite a company's approver: its living invitation or a new one, and always a new link."
    ),
    marked(
        "Its type is judged by its bytes. Each opening is a line in the company's history. A part is given where the accounting program gives parts, else the whole."
    ),
    marked("List the company's fiscal years, the newest first."),
    marked(
        "List the files behind a voucher: its own, and those of the invoice or receipt it was made from."
    ),
    marked("List the firm's companies, in the order they were added."),
    marked("List the firm's connections, ended ones too, in the order they were made."),
    marked("Make one more link to a living invitation, and mail one if an address is given."),
    marked("Open a file, streamed from the accounting program and stored nowhere; at most 20 MB."),
    marked("Read from the accounting program now, and answer how the connection is."),
    marked("Read one company."),
    marked("Read one connection; nothing is asked of the accounting program."),
    marked("Read one invitation; its links are not told again."),
    marked("Read one voucher with its rows."),
    marked(
        "Send her browser there at once. She presses a button that names her, and lands at the company's data. Only active members of the firm; everybody else is not there."
    ),
    marked(
        "Takes ten seconds at most. That the program does not answer is no error: the status says so."
    ),
    marked("The files behind a voucher, wherever the accounting program keeps them."),
    marked("The fiscal years, the newest first."),
    marked("The right to approve a connection for one company, for fourteen days."),
    marked("The way in for one member, once."),
    marked("Twice is the same as once."),
    marked("Vouchers with a number, or a page of the year's."),
    marked("What is not right, and where."),
    marked("Who is on her way, and to which company."),
    marked("Whose it is."),
    marked(
        "With an address the invitation is mailed as well, with a link of its own. Sent again with the same Idempotency-Key it answers the same invitation with another new link, and mails nothing."
    ),
    marked("Withdraw an invitation and end all its links; twice is the same as once."),
)
