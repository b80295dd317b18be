"""An application on the generated models: each user with the payments, in two queries."""

import logging

from peewee import prefetch

from generated.models import Payment, User
from plumbob.runtime import connect

logging.basicConfig(format="%(message)s")
logging.getLogger("plumbob.sql").setLevel(logging.DEBUG)

with connect():
    for user in prefetch(User.select(), Payment.select()):
        paid = [f"{payment.amount} {payment.currency}" for payment in user.payments]
        print(f"{user.display_name} <{user.email}> paid {', '.join(paid)}")
