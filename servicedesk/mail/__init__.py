"""The outbox and what sends it. Only user of smtplib."""
