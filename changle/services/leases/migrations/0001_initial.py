import changle.core.constraints.overlap
import changle.services.leases.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('commons', '0002_loans_and_things'),
        ('core', '0002_reminders'),
        ('registry', '0003_seek_by_name_and_phone'),
        ('territory', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Floor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='名称')),
                ('width', models.PositiveSmallIntegerField(verbose_name='宽（米）')),
                ('height', models.PositiveSmallIntegerField(verbose_name='深（米）')),
                ('sort', models.PositiveSmallIntegerField(default=0, verbose_name='次序')),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='floors', to='commons.centre', verbose_name='中心')),
                ('plan', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.storedfile', verbose_name='平面图')),
            ],
            options={
                'verbose_name': '楼层',
                'constraints': [models.UniqueConstraint(fields=('centre', 'name'), name='floor_once_in_centre', violation_error_message='这个中心已有同名的楼层。'), models.CheckConstraint(condition=models.Q(('height__gte', 1), ('width__gte', 1)), name='floor_has_extent', violation_error_message='宽和深至少 1 米。')],
            },
        ),
        migrations.CreateModel(
            name='Desk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, verbose_name='编号')),
                ('kind', models.CharField(choices=[('fixed', '固定工位'), ('shared', '共享工位'), ('office', '独立办公室')], default='fixed', max_length=8, verbose_name='类别')),
                ('x', models.PositiveSmallIntegerField(verbose_name='左（分米）')),
                ('y', models.PositiveSmallIntegerField(verbose_name='上（分米）')),
                ('width', models.PositiveSmallIntegerField(default=14, verbose_name='宽（分米）')),
                ('height', models.PositiveSmallIntegerField(default=7, verbose_name='深（分米）')),
                ('opened_on', models.DateField(verbose_name='启用日期')),
                ('retired_on', models.DateField(blank=True, null=True, verbose_name='停用日期')),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='desks', to='commons.centre', verbose_name='中心')),
                ('space', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='desks', to='commons.space', verbose_name='房间')),
                ('zone', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='desks', to='commons.zone', verbose_name='功能区')),
                ('floor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='desks', to='leases.floor', verbose_name='楼层')),
            ],
            options={
                'verbose_name': '工位',
                'constraints': [models.UniqueConstraint(fields=('centre', 'number'), name='desk_once_in_centre', violation_error_message='这个中心已有同号的工位。'), models.UniqueConstraint(fields=('space',), name='room_is_one_office', violation_error_message='这个房间已经是一间独立办公室。'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'office'), ('space__isnull', False)), models.Q(models.Q(('kind', 'office'), _negated=True), ('space__isnull', True)), _connector='OR'), name='office_is_a_room', violation_error_message='独立办公室须对应一个房间，其他工位不对应房间。'), models.CheckConstraint(condition=models.Q(('height__gte', 1), ('width__gte', 1)), name='desk_has_extent', violation_error_message='宽和深至少 1 分米。')],
            },
        ),
        migrations.CreateModel(
            name='Lease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=20, verbose_name='状态')),
                ('state_since', models.DateTimeField(verbose_name='进入状态时间')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='办理期限')),
                ('starts_on', models.DateField(verbose_name='入驻日期')),
                ('ends_on', models.DateField(verbose_name='到期日期（当日不含）')),
                ('purpose', models.CharField(max_length=300, verbose_name='用途')),
                ('is_virtual', models.BooleanField(default=False, verbose_name='只用地址，不占工位')),
                ('desks_wanted', models.PositiveSmallIntegerField(default=1, verbose_name='需要工位')),
                ('fee_fen', models.PositiveBigIntegerField(default=0, verbose_name='费用（分）')),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('signed_at', models.DateTimeField(null=True, verbose_name='组织签署')),
                ('countersigned_at', models.DateTimeField(null=True, verbose_name='中心签署')),
                ('keys', models.PositiveSmallIntegerField(default=0, verbose_name='钥匙（把）')),
                ('condition', models.CharField(blank=True, max_length=300, verbose_name='交付时的状况')),
                ('moved_in_on', models.DateField(null=True, verbose_name='入驻交接日期')),
                ('ground', models.CharField(blank=True, choices=[('notice', '组织提出退出'), ('illegal', '违法违规活动'), ('commercial', '经营性使用或转租'), ('idle', '连续三个月未开展活动'), ('false', '提供虚假材料'), ('probation', '整改不合格'), ('ineligible', '不再具备入驻资格'), ('breach', '其他违反协议的情形')], max_length=12, verbose_name='提前结束的原因')),
                ('condition_back', models.CharField(blank=True, max_length=300, verbose_name='退还时的状况')),
                ('handed_back_on', models.DateField(null=True, verbose_name='退还日期')),
                ('centre', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leases', to='commons.centre', verbose_name='中心')),
                ('closure', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='commons.closure', verbose_name='占用房间')),
                ('countersigned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='中心签署人')),
                ('handed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='交付人')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leases', to='registry.organisation', verbose_name='组织')),
                ('proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='安排人')),
                ('renews', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewal', to='leases.lease', verbose_name='续自')),
                ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='组织签署人')),
                ('taken_back_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='接收人')),
            ],
            options={
                'verbose_name': '入驻',
                'indexes': [models.Index(fields=['centre', 'ends_on'], name='lease_of_centre'), models.Index(fields=['organisation', 'starts_on'], name='lease_of_organisation'), models.Index(fields=['state', 'ends_on'], name='lease_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='lease_ends_after_it_starts', violation_error_message='到期日期应晚于入驻日期。'), models.CheckConstraint(condition=models.Q(('signed_by__isnull', True), ('countersigned_by__isnull', True), models.Q(('signed_by', models.F('countersigned_by')), _negated=True), _connector='OR'), name='lease_has_two_signers', violation_error_message='双方不能由同一个人签署。')],
            },
        ),
        migrations.CreateModel(
            name='LeasedDesk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='起')),
                ('ends_on', models.DateField(verbose_name='止（当日不含）')),
                ('desk', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leased', to='leases.desk')),
                ('lease', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leased', to='leases.lease')),
            ],
            options={
                'verbose_name': '分配的工位',
                'indexes': [models.Index(fields=['starts_on', 'ends_on'], name='leased_desk_span')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='leased_desk_lasts', violation_error_message='到期日期应晚于起始日期。')],
            },
        ),
        migrations.CreateModel(
            name='LeaseRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('longest_months', models.PositiveSmallIntegerField(default=12, verbose_name='一期最长（月）')),
                ('most_months', models.PositiveSmallIntegerField(default=24, verbose_name='连续入驻最长（月）')),
                ('most_desks', models.PositiveSmallIntegerField(default=4, verbose_name='每家最多工位')),
                ('days_to_sign', models.PositiveSmallIntegerField(default=15, verbose_name='同意后几天内签约')),
                ('remind_days', models.JSONField(default=changle.services.leases.models.asked_days, verbose_name='到期前几天提醒')),
                ('node', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='lease_rule', to='territory.node')),
            ],
            options={
                'verbose_name': '入驻规则',
                'constraints': [models.CheckConstraint(condition=models.Q(('days_to_sign__gte', 1), ('longest_months__gte', 1), ('most_desks__gte', 1), ('most_months__gte', models.F('longest_months'))), name='lease_rule_makes_sense', violation_error_message='各项至少为 1，连续最长不能短于一期最长。')],
            },
        ),
        migrations.AddConstraint(
            model_name='leaseddesk',
            constraint=changle.core.constraints.overlap.NoOverlap(end='ends_on', live=None, name='desk_is_let_once', scope=('desk',), start='starts_on', violation_error_code='overlap', violation_error_message='这段时间工位已分配给别的组织。'),
        ),
    ]
