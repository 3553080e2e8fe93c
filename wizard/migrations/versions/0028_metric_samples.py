"""Create metric_samples: what all processes count together, for /metrics."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None
serves = "0026"


def upgrade():
    op.create_table(
        "metric_samples",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("labels", postgresql.JSONB(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_metric_samples"),
        sa.UniqueConstraint("name", "labels", "process", name="uq_metric_samples_name_labels_process"),
        postgresql_with={"fillfactor": "50"},
    )


def downgrade():
    op.drop_table("metric_samples")
