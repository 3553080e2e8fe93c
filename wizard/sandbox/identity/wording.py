"""The names of the scopes on the consent page."""

PERMISSIONS = {
    "ea:api": "Ansluta till bokföringsprogrammet",
    "ea:accounting_readonly": "Läsa bokföring: verifikat, bilagor och räkenskapsår",
    "ea:accounting": "Läsa och ändra bokföring",
    "ea:sales_readonly": "Läsa försäljning: företagets uppgifter och kundfakturor",
    "ea:sales": "Läsa och ändra försäljning",
    "ea:purchase_readonly": "Läsa inköp: leverantörsfakturor",
    "ea:purchase": "Läsa och ändra inköp",
    "offline_access": "Ha åtkomst även när du inte är inloggad",
}
